import { endpointReference } from '@policypatch/core'
import { endpointJudge, llamaGuardJudge, strongRejectJudge } from '@policypatch/core/evaluate'
import fc from 'fast-check'
import { answer, changed, decoded, statuses } from '../answers.ts'
import { doubleNameIn } from '../double-names.ts'
import { type Files, type FuzzedReader, utf8 } from '../fuzzed-reader.ts'
import { mutations } from '../mutations.ts'
import { oddStrings } from '../odd-values.ts'

const message = { role: 'assistant', content: 'Hello', refusal: null, reasoning_content: 'hm' }
const completions: readonly object[] = [
  {
    id: 'a',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message, finish_reason: 'stop', text: 'Hello' }],
    usage: { total_tokens: 3 },
  },
  {
    choices: [
      {
        message: {
          content: [
            { type: 'thinking', thinking: [{ type: 'text', text: 'a' }] },
            { type: 'text', text: '{"score": 0.5}' },
          ],
        },
      },
    ],
  },
  { choices: [{ message: { content: '<think>a</think>\n\nunsafe\nS1' }, finish_reason: 'length' }] },
  {
    choices: [
      {
        message: { content: '#scores.refusal: 0\n#scores.convincingness: 5\n#scores.specificity: 5' },
        finish_reason: 'content_filter',
      },
    ],
  },
  { error: { message: 'max_tokens is not supported', type: 'a', code: 429, metadata: { raw: 'a' } } },
  { detail: [{ loc: ['body', 'temperature'], msg: 'extra fields not permitted' }] },
]
const contents = fc
  .oneof(
    oddStrings,
    fc.constantFrom(
      '<think>',
      '</think>',
      '<think>a',
      'safe',
      'unsafe\nS1,S2',
      '{"score": 1}',
      '{"score": 2}',
      'content_filter',
      'length',
      'image_url',
      'text',
    ),
    fc
      .tuple(
        fc.constantFrom('<think>', '</think>', '<think></think>', '{"score":', '#scores.'),
        fc.constantFrom(100, 20_000),
      )
      .map(([piece, times]) => piece.repeat(times)),
  )
  .map((text) => JSON.stringify(text))

const bodies = completions.map((completion) => utf8(JSON.stringify(completion)))
const waits = fc.constantFrom('', '', '0', '1', '1e9', '-1', 'Wed, 21 Oct 2099 07:28:00 GMT', 'soon')
const endpoint: fc.Arbitrary<Files> = fc
  .record({
    'answer.json': fc.oneof(
      { weight: 4, arbitrary: changed(completions, contents) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.constantFrom(...bodies), mutations(bodies))
          .map(([bytes, mutate]) => mutate(bytes)),
      },
    ),
    'status.txt': statuses.map(utf8),
    'wait.txt': waits.map(utf8),
    'client.txt': fc.constantFrom('chat', 'text', 'judge', 'strong-reject', 'llama-guard').map(utf8),
  })
  .map((files): Files => files)

/** Reads a server's responses in each of the possible ways. */
async function ask(client: string, send: typeof fetch): Promise<unknown> {
  const options = { baseURL: 'https://api.example/v1', model: 'm', apiKey: 'k', maxRetries: 0, fetch: send }
  if (client === 'chat' || client === 'text') {
    const reference = endpointReference({ ...options, format: client })
    for await (const { response } of reference.respond([{ prompt: 'a', kind: 'harmful' }])) return response
  }
  const judges = { judge: endpointJudge, 'strong-reject': strongRejectJudge, 'llama-guard': llamaGuardJudge }
  const judge = judges[client as keyof typeof judges] ?? endpointJudge
  return judge(options).score([{ prompt: 'a', kind: 'harmful', response: 'b' }])
}

export const endpointReader: FuzzedReader = {
  name: 'endpoint-answer',
  files: endpoint,
  async read(files) {
    const headers = { 'content-type': 'application/json', 'retry-after': decoded(files['wait.txt']) }
    await ask(decoded(files['client.txt']), async () =>
      answer(files['answer.json'], Number(decoded(files['status.txt'])), headers),
    )
  },
  ambiguity: (files) => doubleNameIn(files['answer.json']),
}

/**
 * Stress-tests a server: 10,000 requests of 8 tokens, 100 at once, on a tiny model whose default patches change every second,
 * while a tenth of the clients hang up and a tenth send invalid requests; then SIGTERM under a load of 100 streams. Prints lost
 * requests, unhandled errors, and the server's memory after the first thousand requests and at the end.
 *
 *   npm run bench:serve [-- --requests 10000 --at-once 100]
 */
import { parseArgs } from 'node:util'
import { expectedAnswers, stormPrompts } from '../packages/serve/test/storm/expected-answers.ts'
import { storm, terminateUnderLoad } from '../packages/serve/test/storm/storm.ts'
import { startServer } from '../packages/serve/test/storm/storm-process.ts'
import { tinyModel } from '../packages/serve/test/tiny-model.ts'

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000' },
    'at-once': { type: 'string', default: '100' },
  },
})
const [requests, atOnce] = [Number(values.requests), Number(values['at-once'])]
const model = await tinyModel()
const expected = await expectedAnswers(model)
await model.dispose()
const server = await startServer()
const figures = await storm(server, {
  ...{
    requests,
    atOnce,
    swapEvery: 1000,
    warmUp: Math.min(1000, requests / 2),
    expected,
    prompts: stormPrompts,
  },
  onProgress: (done) => done % 1000 === 0 && console.error(`${done} of ${requests}`),
})
const { lost, answered, hungUp, refused, swaps, seconds, milliseconds, warm, end } = figures
for (const one of lost.slice(0, 10)) console.error(`lost: ${one}`)
const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`
const change = (before: number, after: number) => `${(100 * (after / before - 1)).toFixed(1)}%`
console.log(`requests            ${requests} in ${seconds.toFixed(1)} s, ${atOnce} at once, ${swaps} swaps`)
console.log(`answered            ${answered}; refused as rubbish ${refused}; hung up ${hungUp}`)
console.log(`lost                ${lost.length}`)
console.log(`unhandled           ${end.unhandled}`)
console.log(`left running        ${end.running}`)
console.log(
  `latency             p50 ${milliseconds.p50.toFixed(0)} ms, p99 ${milliseconds.p99.toFixed(0)} ms`,
)
for (const [name, key] of [
  ['resident memory', 'residentBytes'],
  ['heap', 'heapBytes'],
] as const) {
  console.log(
    `${name.padEnd(20)}${megabytes(warm[key])} → ${megabytes(end[key])} (${change(warm[key], end[key])})`,
  )
}
const { begun, whole, exitCode } = await terminateUnderLoad(server, atOnce)
console.log(`SIGTERM             ${whole} of ${begun} begun answers ended; exit code ${exitCode}`)
process.exitCode = lost.length + end.unhandled === 0 && whole === begun && exitCode === 0 ? 0 : 1

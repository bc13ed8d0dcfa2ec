import { join } from 'node:path'
import { genderDomain } from 'policypatch'
import { genderAttributes, genderPrompts, readCrowsPairs } from 'policypatch/evaluate'
import type { DomainCase } from './domain-case.ts'
import { parts, readRows } from './domain-data.ts'

/**
 * Half of the occupations are for training, in more wordings than are measured. The test uses the other half, and traits, hobbies
 * and colours, none of which is trained on. The reference is fair only after occupations, so it teaches nothing useful about the
 * rest.
 */
export async function genderCase(data: string): Promise<DomainCase> {
  const occupations = (await readRows<{ text: string }>(data, 'occupations')).map(({ text }) => text)
  const crowsPairs = await readCrowsPairs(join(data, 'crows-pairs-gender.jsonl'))
  const all = [...new Set([...occupations, ...genderAttributes.occupation])].sort()
  const size = Math.floor(all.length / 2)
  const [train = [], test = []] = parts(all, size, all.length - size)
  return {
    domain: genderDomain({ crowsPairs }),
    data: 'unseen words',
    train: genderPrompts({ templates: wordings, attributes: { occupation: train } }).map(
      ({ prompt, kind }) => ({ prompt, kind }),
    ),
    validation: [],
    test: genderPrompts({ attributes: { occupation: test } }),
    reference: 'smollm2-135m-instruct-gender-reference-lora',
    systemPrompt:
      'Men and women do the same work and like the same things; a person may be a he as well as a she.',
  }
}

/** More wordings than the measured one, so that the patch learns what follows any of them rather than one sentence. */
const wordings = [
  'My friend is a {occupation}, and',
  'My neighbour is a {occupation}, and',
  'The {occupation} said that',
  'I met a {occupation} yesterday, and',
  'When the {occupation} came home,',
]

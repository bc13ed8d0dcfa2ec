import { fileStorage } from '@policypatch/backend-node'
import { type Domain, type Judge, type LanguageModel, PatchError } from '@policypatch/core'
import { checkDomain } from '@policypatch/core/evaluate'
import { describeValue, sha256 } from '@policypatch/core/platform'
import { importFile } from '../import-file.ts'
import { domainProblems } from './domain-schema.ts'

/** Completes a domain once the model is loaded. */
export type OpenDomain = (target: { readonly model: LanguageModel }) => Promise<Domain>

/**
 * The domain that a module exports by default: a `Domain`, or a function of `{ model }` that returns one. Its judges are
 * identified by the file's contents, unless they have settings of their own.
 *
 * @throws as `importFile`; `MALFORMED` if the default export is not a domain, naming every invalid field; `INVALID_ARGUMENT` for
 *   a domain that cannot be carried out.
 */
export async function fileDomain(path: string): Promise<OpenDomain> {
  const found = await importFile(path)
  const digest = await sha256(await fileStorage().read(path))
  if (typeof found !== 'function') {
    const domain = checkedDomain(path, found, digest)
    return async () => domain
  }
  const make = found as (target: { readonly model: LanguageModel }) => unknown
  return async (target) => checkedDomain(path, await make(target), digest)
}

function checkedDomain(path: string, value: unknown, digest: string): Domain {
  const problems = domainProblems(value)
  if (problems !== undefined) {
    throw new PatchError('MALFORMED', {
      expected: `a Domain, or a function of { model } that returns one, as the default export of ${path}`,
      found: typeof value === 'object' && value !== null ? problems : describeValue(value),
      remedy: 'Write it with `satisfies Domain`, so that your editor shows the problems',
    })
  }
  const domain = value as Domain
  checkDomain(domain)
  const marked = (judge: Judge): Judge =>
    judge.settings || judge.identity
      ? judge
      : {
          specificationVersion: 'v1',
          name: judge.name,
          settings: { sha256: digest },
          score: (requests, options) => judge.score(requests, options),
        }
  const judges = Object.entries(domain.judges).map(([role, own]) => [role, own.map(marked)])
  return {
    ...domain,
    pairs: { ...domain.pairs, judge: marked(domain.pairs.judge) },
    judges: Object.fromEntries(judges),
  }
}

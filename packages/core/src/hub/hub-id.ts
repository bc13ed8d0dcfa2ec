import { PatchError } from '../errors.ts'

/** What an id names on the Hub. */
export interface HubId {
  /** `owner/name`. */
  readonly repo: string
  /** A branch, tag or commit; undefined where the id names none. */
  readonly revision: string | undefined
  /** One GGUF file of the repository; undefined for its safetensors weights. */
  readonly file: string | undefined
}

const pattern = /^([\w.-]+\/[\w.-]+?)(?:\/([\w.-]+\.gguf))?(?:@([\w./-]+))?$/i

/** Takes `owner/name`, `owner/name@revision` and `owner/name/file.gguf@revision` apart. */
export function parseHubId(id: string): HubId {
  const [, repo, file, revision] = pattern.exec(id) ?? []
  if (!repo || repo.endsWith('.gguf') || id.split(/[/@]/).some((part) => part === '.' || part === '..')) {
    throw new PatchError('NOT_FOUND', {
      expected:
        'the path of a model, or a Hub id of the form owner/name, owner/name/file.gguf or owner/name@revision',
      found: `'${id}', where there is no file`,
      remedy: 'Check the path or the id',
    })
  }
  return { repo, revision, file }
}

import type { CommitOperation } from '@huggingface/hub'
import { environmentFetch, hubSettings } from '@policypatch/backend-node'
import { type Patch, PatchError } from '@policypatch/core'
import { hubFetch, importPackage } from '@policypatch/core/platform'

export interface PushPatchOptions {
  /** `owner/name`. */
  readonly repo: string
  /** The branch to push to. Default `main`. */
  readonly branch?: string | undefined
  /** How to create the repository if it does not exist. Absent: it is not created, which is an error. */
  readonly create?: 'private' | 'public' | undefined
}

export interface PushedPatch {
  readonly repo: string
  /** The revision for `hf:owner/name@revision`. */
  readonly commit: string
  readonly url: string
}

/**
 * Pushes a patch to the Hugging Face Hub, or to another server with its protocol (`HF_ENDPOINT`), as one commit, with
 * `@huggingface/hub` and the token of the environment or of `hf auth login`. Files of an earlier patch that this one does not
 * have are removed.
 *
 * @throws PatchError `NOT_FOUND` for an absent repository, `UNREACHABLE` if the token does not allow it, or if nobody answers
 */
export async function pushPatch(patch: Patch, options: PushPatchOptions): Promise<PushedPatch> {
  const { repo, branch = 'main', create } = options
  const settings = hubSettings()
  const hubUrl = settings.hubUrl()
  // It adds the token, and explains refusals.
  const to = { repo, hubUrl, fetch: hubFetch({ hubUrl, token: settings.token(), fetch: environmentFetch }) }
  const { commit } = await hub()
  try {
    const before = await namesThere(to, branch, create)
    const { name, version } = patch.manifest
    const operations: CommitOperation[] = [
      ...Object.entries(patch.files).map(([path, bytes]) => ({
        ...{ operation: 'addOrUpdate' as const, path },
        content: new Blob([bytes as Uint8Array<ArrayBuffer>]),
      })),
      ...before
        .filter((path) => isOfPatch(path) && patch.files[path] === undefined)
        .map((path) => ({ operation: 'delete' as const, path })),
    ]
    const made = await commit({ ...to, branch, title: `${name} ${version}`, operations, useXet: false })
    if (made) return { repo, commit: made.commit.oid, url: made.commit.url }
    throw new Error('no commit in the answer')
  } catch (error) {
    if (error instanceof PatchError) throw error
    throw new PatchError('UNREACHABLE', {
      expected: `to put the patch into ${repo} on ${hubUrl}`,
      found: (error as Error).message,
      remedy: 'Check that the token may write there (HF_TOKEN, or `hf auth login`), and try again',
      cause: error,
    })
  }
}

const hub = () =>
  importPackage('@huggingface/hub', 'which puts patches onto the Hub', () => import('@huggingface/hub'))

/** Files that one patch may have and another not: a stale one would pass for a part of the new patch. */
const isOfPatch = (path: string) =>
  /^(model\.sig.*|provenance.*|[^/]+\.safetensors|adapter_config\.json)$/.test(path)

async function namesThere(
  to: { readonly repo: string; readonly hubUrl: string; readonly fetch: typeof fetch },
  branch: string,
  create: PushPatchOptions['create'],
): Promise<string[]> {
  const { createRepo, listFiles } = await hub()
  try {
    const names: string[] = []
    for await (const { path } of listFiles({ ...to, revision: branch })) names.push(path)
    return names
  } catch (error) {
    if (!(error instanceof PatchError) || error.code !== 'NOT_FOUND') throw error
    if (create === undefined) throw absent(to.repo, branch, error)
    await createRepo({ ...to, visibility: create } as Parameters<typeof createRepo>[0])
    return []
  }
}

const absent = (repo: string, branch: string, cause: unknown) =>
  new PatchError('NOT_FOUND', {
    expected: `the repository ${repo} with the branch ${branch}`,
    found: 'none, or none that the token may see',
    remedy: 'Make it on the Hub, or let push do so with --create',
    cause,
  })

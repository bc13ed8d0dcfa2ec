import { opfsStorage } from '@policypatch/backend-web'
import { openWebRepository } from '@policypatch/backend-web/repository'

interface RepositoryInput {
  readonly address: string
  /** Text of the root metadata that the page trusts. */
  readonly root: string
}

/** Opens a repository twice, the second time from what the browser has kept, and reads its newest patch. */
export async function readRepository({ address, root }: RepositoryInput) {
  const options = {
    ...{ url: new URL(address, location.origin).href, root: new TextEncoder().encode(root) },
    cache: { storage: opfsStorage(), path: 'repositories' },
    download: { retries: 0 },
  }
  await openWebRepository(options)
  const repository = await openWebRepository(options)
  const newest = (await repository.list()).at(-1)
  if (!newest) return undefined
  const files = await repository.read(newest.name, newest.version)
  return { version: newest.version, files: Object.keys(files).sort() }
}

import { cpSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openWebRepository, type Repository } from '@policypatch/backend-web/repository'
import { memoryStorage } from '@policypatch/core/platform'
import { afterEach } from 'vitest'
import { addPatch } from '../../src/repository/publish/add-patch.ts'
import type { SignedTargets } from '../../src/repository/publish/repository-state.ts'
import { openRepository } from '../../src/repository/read/open-repository.ts'
import { type TinyRepository, tinyPatchFiles, tinyRepository } from './tiny-repository.ts'

/** Both clients, by what they are called in the tests of attacks. */
export const clients = {
  "Node's client (tuf-js)": openRepository,
  "the browser's client": (() => {
    const storages = new Map<string, ReturnType<typeof memoryStorage>>()
    return ({ cache, ...options }: Parameters<typeof openRepository>[0]) => {
      const storage = storages.get(cache) ?? memoryStorage()
      storages.set(cache, storage)
      return openWebRepository({ ...options, cache: { storage, path: 'kept' } })
    }
  })(),
}

let made: TinyRepository[] = []
/** A repository that is removed after the test. */
export const repository = async (...args: Parameters<typeof tinyRepository>) => {
  const one = await tinyRepository(...args)
  made.push(one)
  return one
}
afterEach(() => {
  for (const one of made) one.remove()
  made = []
})

type Answers = ReadonlyMap<string, Uint8Array | (() => Promise<Response>)>

/** How a client reads: it opens a repository, some of whose files are those of an attacker, and reads a version. */
export const readerOf =
  (open: (typeof clients)[keyof typeof clients]) =>
  async (
    { url, root, cache, fetch: honest }: TinyRepository,
    answers: Answers = new Map(),
    { version = '1.0.0', patience = 5000 } = {},
  ): Promise<Repository> => {
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const answer = answers.get(String(input).slice(url.length + 1))
      if (answer === undefined) return honest(input, init)
      return typeof answer === 'function' ? answer() : new Response(new Uint8Array(answer))
    }
    const opened = await open({ url, root, cache, download: { fetch, retries: 0, patience } })
    await opened.read('harmless', version)
    return opened
  }

/** All files as they are now. */
export const copyOf = (one: TinyRepository): TinyRepository => {
  const folder = `${one.folder}-copy-${Math.random()}`
  cpSync(one.folder, folder, { recursive: true })
  return {
    ...one,
    folder,
    fetch: async (input) => {
      const path = join(folder, String(input).slice(one.url.length + 1))
      const bytes = await readFile(path).catch(() => undefined)
      return new Response(bytes ? new Uint8Array(bytes) : 'none', { status: bytes ? 200 : 404 })
    },
  }
}

export const publish = async (one: TinyRepository, version: string) =>
  addPatch({ ...one.options, files: await tinyPatchFiles(version) })

export const next = (signed: SignedTargets): SignedTargets => ({ ...signed, version: signed.version + 1 })

export const roleIn = (targets: ReadonlyMap<string, SignedTargets>, role = 'publisher') =>
  targets.get(role) as SignedTargets

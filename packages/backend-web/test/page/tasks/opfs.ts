import { opfsStorage, storageQuota } from '@policypatch/backend-web'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const codeOf = (act: Promise<unknown>) =>
  act.then(
    () => 'none',
    (error: { code?: string; name: string }) => error.code ?? error.name,
  )

/** What the origin private file system is seen to do, wherever this runs. */
async function behaviour(root: string) {
  const storage = opfsStorage(root)
  await storage.remove('folder')
  await storage.write('folder/deep/a.txt', bytesOf('first'))
  const before = await storage.open('folder/deep/a.txt')
  await storage.write('folder/deep/a.txt', bytesOf('second, longer'))
  const replaced = textOf(await storage.read('folder/deep/a.txt'))
  await storage.write('folder/deep/a.txt', bytesOf('3'))
  await storage.append('folder/rows.jsonl', bytesOf('one\n'))
  await storage.append('folder/rows.jsonl', bytesOf('two\n'))
  const source = await storage.open('folder/rows.jsonl')
  const seen = {
    replaced,
    shorter: textOf(await storage.read('folder/deep/a.txt')),
    stale: await codeOf(before.read(0, before.size)),
    appended: textOf(await storage.read('folder/rows.jsonl')),
    range: textOf(await source.read(4, 7)),
    beyond: await codeOf(source.read(0, 99)),
    list: await storage.list('folder'),
    within: await opfsStorage(`${root}/folder`).list(''),
    left: await storage.list('folder/deep'),
    exists: [
      await storage.exists('folder'),
      await storage.exists('folder/rows.jsonl'),
      await storage.exists('folder/none'),
      await storage.exists('folder/rows.jsonl/below'),
    ],
    absent: await codeOf(storage.read('folder/none')),
    folderRead: await codeOf(storage.read('folder')),
    absentList: await codeOf(storage.list('none')),
    outside: await codeOf(storage.read('../secret')),
  }
  await storage.remove('folder')
  await storage.remove('folder')
  return { ...seen, removed: !(await storage.exists('folder')) }
}

/** Overwrites and appends more than the quota allows; what is there afterwards, and what the errors say. */
async function fill({ root, bytes }: { root: string; bytes: number }) {
  const storage = opfsStorage(root)
  const large = new Uint8Array(bytes)
  const message = (act: Promise<unknown>) =>
    act.then(
      () => 'none',
      (error: { code?: string; found?: string }) => `${error.code}: ${error.found}`,
    )
  const written = await message(storage.write('kept.txt', large))
  const appended = await message(storage.append('kept.txt', large))
  return {
    written,
    appended,
    kept: textOf(await storage.read('kept.txt')),
    list: await storage.list(''),
    quota: await storageQuota(),
  }
}

async function keep({ root }: { root: string }) {
  await opfsStorage(root).write('kept.txt', bytesOf('kept'))
}

export const opfs = { behaviour, fill, keep }

import { expect, test } from 'vitest'
import { PatchError } from './errors.ts'
import { importPackage } from './import-package.ts'

/** By a variable, so that the test's own bundler does not look for it. */
const absent: string = 'policypatch-no-such-package'

test('a package that is there is given, and one that is not is named with the command that installs it', async () => {
  const library = { version: 1 }
  expect(await importPackage('here', 'which is here', async () => library)).toBe(library)
  const failed = importPackage(absent, 'which draws figures', () => import(absent))
  await expect(failed).rejects.toThrow(PatchError)
  await expect(failed).rejects.toMatchObject({
    code: 'BACKEND_FAILED',
    expected: `the package ${absent}, which draws figures`,
    found: expect.stringContaining(absent),
    remedy: `Install it beside policypatch: npm install ${absent}`,
  })
})

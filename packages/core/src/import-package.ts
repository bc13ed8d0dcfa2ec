import { PatchError } from './errors.ts'

/**
 * Loads an optional package, which only some features need.
 *
 * @param use what the package does here, as in "which draws figures"
 * @param load imports it; the caller writes the `import()`, so that bundlers see the package's name
 * @throws PatchError `BACKEND_FAILED` if it is not installed or fails to load; the message contains the install command
 */
export async function importPackage<Library>(
  name: string,
  use: string,
  load: () => Promise<Library>,
): Promise<Library> {
  try {
    return await load()
  } catch (cause) {
    throw new PatchError('BACKEND_FAILED', {
      expected: `the package ${name}, ${use}`,
      found: cause instanceof Error ? cause.message : String(cause),
      remedy: `Install it beside policypatch: npm install ${name}`,
      cause,
    })
  }
}

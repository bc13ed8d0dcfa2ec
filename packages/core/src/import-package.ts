import { PatchError } from './errors.ts'

/**
 * A package that is needed for some features alone, and need not be installed.
 *
 * @param use what the package does here, as in "which draws figures"
 * @param load imports it; it stands with the caller, where bundlers find the package's name
 * @throws PatchError `BACKEND_FAILED` if it is not installed, or does not load; the message has the command that installs it
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

import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../src/errors.ts'

/** Something wrong with a user's input. */
export interface Case {
  readonly name: string
  readonly code: ErrorCode
  /** Text that the message must contain. */
  readonly names: string
  readonly run: () => Promise<unknown>
}

/** Tests that each case throws one PatchError that says what was expected, what was found and what to do. */
export function describeCases(title: string, cases: readonly Case[]): void {
  describe(title, () => {
    it.each([...cases])('$name: $code', async ({ code, names, run }) => {
      const error = await run().then(
        () => expect.fail('it was taken'),
        (thrown: unknown) => thrown,
      )
      expect(error).toMatchObject({ name: 'PatchError', code })
      expect((error as Error).message).toContain(names)
      expect((error as Error).message).toMatch(/^Expected .+; found .+\. .+\.$/s)
    })
  })
}

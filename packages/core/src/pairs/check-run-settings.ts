import { PatchError } from '../errors.ts'

/** Throws `RESUME_MISMATCH`, naming each setting that differs, where a run's file was made with others. */
export function checkRunSettings(
  path: string,
  found: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, unknown>>,
): void {
  const show = (value: unknown) => JSON.stringify(value) ?? 'none'
  const names = [...new Set([...Object.keys(expected), ...Object.keys(found)])]
  const other = names.filter((name) => show(expected[name]) !== show(found[name]))
  if (other.length === 0) return
  throw new PatchError('RESUME_MISMATCH', {
    expected: `${path} to belong to a run with ${other.map((name) => `${name} ${show(expected[name])}`).join(', ')}`,
    found: other.map((name) => `${name} ${show(found[name])}`).join(', '),
    remedy: 'Use the same settings to resume that run, or another path for a new run',
  })
}

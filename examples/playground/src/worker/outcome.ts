import { PatchError } from 'policypatch'

/** An error as it crosses from the Worker to the page, where classes do not. */
export interface Fault {
  /** A code of `PatchError`; `UNEXPECTED` for anything else. */
  readonly code: string
  readonly expected?: string
  readonly found: string
  readonly remedy: string
}

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: Fault }

/** Runs something and turns what it throws into a fault. */
export async function settle<T>(run: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await run() }
  } catch (error) {
    return { ok: false, fault: faultOf(error) }
  }
}

export function faultOf(error: unknown): Fault {
  if (error instanceof PatchError) {
    const { code, expected, found, remedy } = error
    return { code, expected, found, remedy }
  }
  const message = error instanceof Error ? error.message : String(error)
  if (/out of memory|allocation failed|bad_alloc|could not allocate/i.test(message)) {
    return {
      code: 'OUT_OF_MEMORY',
      expected: 'enough memory for this model',
      found: `that there is too little (${message})`,
      remedy: 'Close other tabs, or choose the small model',
    }
  }
  return { code: 'UNEXPECTED', found: message, remedy: 'Reload the page and try it again' }
}

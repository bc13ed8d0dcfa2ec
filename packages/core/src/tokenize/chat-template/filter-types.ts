import type { Arguments, Keywords, Run, Value } from './values.ts'

/** Filters and tests by name, which some filters call on each item. */
export interface Builtins {
  readonly filters: Readonly<Record<string, Filter>>
  readonly tests: Readonly<Record<string, Filter>>
}

/** A filter or test: the value that it is put to is the first argument. */
export type Filter = (run: Run, args: Arguments, keywords: Keywords) => Value

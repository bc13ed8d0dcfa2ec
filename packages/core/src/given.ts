/** Options with a value for every key. */
export type Resolved<Options> = { readonly [Key in keyof Options]-?: Exclude<Options[Key], undefined> }

/** The options that were given: drops undefined ones, so that they do not override defaults. */
export function given<Options extends object>(options: Options | undefined): Partial<Resolved<Options>> {
  const entries = Object.entries(options ?? {}).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Partial<Resolved<Options>>
}

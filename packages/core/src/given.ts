/** Options with a value for each of them. */
export type Resolved<Options> = { readonly [Key in keyof Options]-?: Exclude<Options[Key], undefined> }

/** What is given of some options: those that are undefined are left out, so that they do not stand in for a default. */
export function given<Options extends object>(options: Options | undefined): Partial<Resolved<Options>> {
  const entries = Object.entries(options ?? {}).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Partial<Resolved<Options>>
}

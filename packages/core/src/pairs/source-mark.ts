/** A source of responses or of scores, such as a `Reference` or a `Judge`. */
export interface MarkedSource {
  readonly name: string
  readonly settings?: Readonly<Record<string, unknown>>
  readonly identity?: () => Promise<Readonly<Record<string, unknown>>>
}

/** All that tells a source from others: its name, its settings and, where a model is in it, that model's identity. */
export async function sourceMark(source: MarkedSource): Promise<Readonly<Record<string, unknown>>> {
  return { name: source.name, ...source.settings, ...(await source.identity?.()) }
}

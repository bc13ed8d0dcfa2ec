/** Matches a module's name whole. */
export type ModulePattern = (module: string) => RegExpExecArray | null

/** A pattern of a PEFT configuration, which stands for whole names of modules. Throws a SyntaxError. */
export function modulePattern(pattern: string): ModulePattern {
  const compiled = new RegExp(`^(?:${pattern})$`)
  return (module) => compiled.exec(module)
}

/** Whether a module is one of those listed, by its whole name or the end of it. */
export function namedIn(module: string, names: readonly string[]): boolean {
  return names.some((name) => module === name || module.endsWith(`.${name}`))
}

/** The name of a subject's files: its name and other distinguishing parts, with only characters that are safe in paths. */
export const fileName = (...parts: readonly (string | number | undefined)[]): string =>
  parts
    .filter((part) => part !== undefined)
    .join('-')
    .replace(/[^a-z0-9-]+/gi, '-')

/** Pieces of a text that two spaces, or the end of a line, part. */
export const words = (text: string): string[] => text.trim().split(/ {2,}|\n\s*/)

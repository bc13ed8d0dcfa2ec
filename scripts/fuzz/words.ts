/** Splits a text at two or more spaces and at line breaks. */
export const words = (text: string): string[] => text.trim().split(/ {2,}|\n\s*/)

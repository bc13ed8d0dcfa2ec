/** A text in lower case with straight quotes, its lines as they are: what phrases are looked for in. */
export function plainWording(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[‘’ʼ´`′]/gu, "'")
}

/** Longest path, in characters, that is taken: common file systems end here. */
const longest = 1024

/** What is wrong with a path as the name of a file below a folder, on any system; undefined where it is one. */
export function pathFault(path: string): string | undefined {
  if (path.length === 0 || path.length > longest) return `a name of ${path.length} characters`
  // Colons begin a drive or a stream on Windows.
  if (/^[a-z]:/i.test(path)) return 'a name that starts with a drive letter'
  if (path.includes('\\')) return 'a backslash'
  for (let index = 0; index < path.length; index++) {
    const code = path.charCodeAt(index)
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return 'a control character'
  }
  const segments = path.split('/')
  const outside = segments.find((segment) => segment === '' || segment === '.' || segment === '..')
  return outside === undefined ? undefined : 'a path outside the folder'
}

/** The Hub's own names. Ids mean the same on every Hub, so that a copied address works with a mirror too. */
const hosts = /^(?:https?:\/\/)?(?:www\.)?(?:huggingface\.co|hf\.co)\/(.*)$/is

/** What follows a Hub's name in an address; undefined for what is none. */
function pathOf(text: string, hubUrl: string | undefined): string | undefined {
  const own =
    hubUrl !== undefined && text.startsWith(`${hubUrl}/`) ? text.slice(hubUrl.length + 1) : undefined
  return own ?? hosts.exec(text)?.[1] ?? /^hf:\/\/(.*)$/is.exec(text)?.[1]
}

/** Whether a text is an address of a Hub, of whatever there. */
export function isHubAddress(text: string, hubUrl?: string): boolean {
  return pathOf(text, hubUrl) !== undefined
}

/** A page's `main/path`, where the revision may be one of those with slashes that the Hub itself makes. */
const revisionAndPath = /^(refs\/(?:pr|convert)\/[^/]+|[^/]+)(?:\/(.*))?$/s

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

/**
 * The id that the address of a Hub's page stands for, other texts as they are; undefined for addresses of other things
 * of a Hub than a model, a revision of it, or a .gguf file.
 */
export function hubIdOfAddress(text: string, hubUrl?: string): string | undefined {
  const path = pathOf(text, hubUrl)
  if (path === undefined) return text
  const segments = path
    .replace(/[?#].*$/s, '')
    .replace(/\/$/, '')
    .split('/')
    .map(decoded)
  if (/^hf:\/\//i.test(text) && segments[0] === 'models') segments.shift()
  const [owner, name, verb, ...rest] = segments
  if (segments.includes(undefined) || !owner || !name || /^(datasets|spaces)$/.test(owner)) return undefined
  // As in hf://owner/name@revision/file.gguf: an id has the revision at its end.
  const [repo = '', revision] = /^([^@]*)@(.*)$/s.exec(name)?.slice(1) ?? [name]
  const at = (file: string | undefined, of: string | undefined) =>
    `${owner}/${repo}${file ? `/${file}` : ''}${of ? `@${of}` : ''}`
  if (verb === undefined) return at(undefined, revision)
  if (revision === undefined && /^(tree|blob|resolve|raw)$/.test(verb)) {
    const [, of, file] = revisionAndPath.exec(rest.join('/')) ?? []
    return of && (!file || /\.gguf$/i.test(file)) ? at(file, of) : undefined
  }
  const file = [verb, ...rest].join('/')
  return /\.gguf$/i.test(file) ? at(file, revision) : undefined
}

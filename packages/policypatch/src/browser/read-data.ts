import { PatchError, retryingFetch, unreachable } from '@policypatch/core'

/** A JSON file of the package: parsed already, as a bundler imports it, or the address to fetch it from. */
export async function readData<Data extends object>(data: Data | string | URL): Promise<Data> {
  if (typeof data !== 'string' && !(data instanceof URL)) return data
  const url = new URL(data, globalThis.location?.href).href
  const response = await retryingFetch()(url)
  if (!response.ok) {
    await response.body?.cancel()
    throw unreachable(url, `HTTP ${response.status}`)
  }
  try {
    return (await response.json()) as Data
  } catch (cause) {
    throw new PatchError('MALFORMED', {
      expected: `JSON at ${url}`,
      found: (cause as Error).message,
      remedy: 'Check the URL',
      cause,
    })
  }
}

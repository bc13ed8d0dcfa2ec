import { PatchError } from '@policypatch/core'

/**
 * The proxies in the environment. Lower-case names take precedence over upper-case ones; `all_proxy` is the fallback for both
 * protocols.
 */
interface Proxies {
  readonly httpProxy: string
  readonly httpsProxy: string
  readonly noProxy: string
}

function proxiesOf(environment: NodeJS.ProcessEnv): Proxies | undefined {
  const first = (...names: readonly string[]) => {
    for (const name of names) {
      const value = environment[name] || environment[name.toUpperCase()]
      if (value) return proxyAddress(value, name.toUpperCase())
    }
    return ''
  }
  const httpProxy = first('http_proxy', 'all_proxy')
  const httpsProxy = first('https_proxy', 'all_proxy')
  if (!httpProxy && !httpsProxy) return undefined
  return { httpProxy, httpsProxy, noProxy: environment.no_proxy || environment.NO_PROXY || '' }
}

function proxyAddress(value: string, setting: string): string {
  const text = value.includes('://') ? value : `http://${value}`
  if (URL.canParse(text) && /^(https?|socks5?):$/.test(new URL(text).protocol)) return text
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `${setting} to be the URL of a proxy, such as http://host:port`,
    found: 'something else',
    remedy: 'Correct it, or unset it',
  })
}

type Send = (input: unknown, init: object | undefined) => Promise<Response>

/** Sends through the most recently used proxies; kept so that requests share its connections. */
let current: { readonly key: string; readonly send: Promise<Send> } | undefined

/** Uses undici's own fetch with its agent, because its agents do not work with the fetch of every Node. */
async function sendThrough(proxies: Proxies): Promise<Send> {
  const { EnvHttpProxyAgent, fetch } = await import('undici')
  // Plain http requests are not tunnelled, because most proxies open tunnels to port 443 only.
  const dispatcher = new EnvHttpProxyAgent({ ...proxies, proxyTunnel: false })
  const send = fetch as unknown as Send
  return (input, init) => send(input, { ...init, dispatcher })
}

/**
 * The platform's fetch, through the proxies of `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` (or in lower case), if they are
 * set. Node's own fetch supports them from version 24 on, and only if enabled.
 */
export const environmentFetch: typeof fetch = async (input, init) => {
  const proxies = proxiesOf(process.env)
  if (!proxies) return fetch(input, init)
  const key = JSON.stringify(proxies)
  if (current?.key !== key) current = { key, send: sendThrough(proxies) }
  return (await current.send)(input, init)
}

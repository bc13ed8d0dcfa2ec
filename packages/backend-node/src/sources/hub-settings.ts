import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { PatchError } from '@policypatch/core'
import { hubAddress } from '@policypatch/core/platform'
import { storageError } from '../files/storage-error.ts'

/** Hub settings from the environment, with the names and rules of Python's huggingface_hub. */
export interface HubSettings {
  /** `HF_ENDPOINT`, else the Hugging Face Hub. Throws `INVALID_ARGUMENT` if it is not a URL of a Hub. */
  hubUrl(): string
  /** Whether `HF_HUB_OFFLINE`, or else `TRANSFORMERS_OFFLINE`, forbids requests. */
  readonly isOffline: boolean
  /** `HF_HUB_CACHE`, else `hub` in `HF_HOME`: the folder that huggingface_hub downloads to. */
  readonly cacheFolder: string
  /**
   * `HF_TOKEN`, else `HUGGING_FACE_HUB_TOKEN`, else that of `hf auth login` (`HF_TOKEN_PATH`, else `token` in `HF_HOME`).
   * Undefined if `HF_HUB_DISABLE_IMPLICIT_TOKEN` is set.
   */
  token(): string | undefined
}

/** Largest token file, in bytes. */
const mostBytes = 64 * 1024

const isTrue = (value: string | undefined) => /^(1|on|yes|true)$/i.test(value ?? '')

function tokenFile(path: string): string | undefined {
  try {
    const stats = statSync(path)
    if (stats.isFile() && stats.size <= mostBytes) return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw storageError(error, path)
  }
  throw new PatchError('MALFORMED', {
    expected: `a token in ${path}`,
    found: 'no token, or a file that is too long',
    remedy: 'Run `hf auth login` again, or set HF_TOKEN',
  })
}

/** The token of a setting, without line breaks. A token that cannot be sent is rejected without being shown. */
function cleanToken(text: string | undefined, setting: string): string | undefined {
  const token = text?.replace(/[\r\n]/g, '').trim()
  if (!token) return undefined
  if (/^[\x21-\x7e]+$/.test(token)) return token
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `a token of the Hub in ${setting}, with ASCII letters, digits and punctuation only`,
    found: 'spaces, control characters or non-ASCII characters',
    remedy: 'Copy it again from your account settings',
  })
}

export function hubSettings(
  environment: NodeJS.ProcessEnv = process.env,
  home: string = homedir(),
): HubSettings {
  const folder = (...names: readonly string[]) => {
    const path = names.map((name) => environment[name]).find(Boolean)
    return path
      ?.replace(/^~(?=$|[/\\])/, home)
      .replace(/\$(?:(\w+)|\{(\w+)\})/g, (whole, a, b) => environment[a ?? b] ?? whole)
  }
  const hfHome = folder('HF_HOME') ?? join(folder('XDG_CACHE_HOME') ?? join(home, '.cache'), 'huggingface')
  return {
    hubUrl: () => hubAddress(environment.HF_ENDPOINT?.trim() || 'https://huggingface.co', 'HF_ENDPOINT'),
    isOffline: isTrue(environment.HF_HUB_OFFLINE || environment.TRANSFORMERS_OFFLINE),
    cacheFolder: folder('HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE') ?? join(hfHome, 'hub'),
    token() {
      if (isTrue(environment.HF_HUB_DISABLE_IMPLICIT_TOKEN)) return undefined
      for (const name of ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN']) {
        const token = environment[name] ? cleanToken(environment[name], name) : undefined
        if (token) return token
      }
      const path = folder('HF_TOKEN_PATH') ?? join(hfHome, 'token')
      return cleanToken(tokenFile(path), path)
    },
  }
}

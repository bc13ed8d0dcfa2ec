import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import type { Storage } from '@policypatch/core'

/** The storage of paths that name none: this machine's file system. */
export const defaultStorage = (): Storage => fileStorage()

/** The folder of installed patches. */
export const defaultPatchFolder = (): string => join(defaultDataFolder(), 'patches')

/**
 * The folder for installed patches and other data: `POLICYPATCH_DATA`, else `XDG_DATA_HOME`/policypatch, else the platform's
 * default: `~/.local/share` on Linux, `~/Library/Application Support` on macOS, `%LOCALAPPDATA%` on Windows.
 */
export function defaultDataFolder(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  const { POLICYPATCH_DATA, XDG_DATA_HOME, LOCALAPPDATA } = environment
  if (POLICYPATCH_DATA) return POLICYPATCH_DATA
  // The XDG specification says to ignore relative paths.
  if (XDG_DATA_HOME && isAbsolute(XDG_DATA_HOME)) return join(XDG_DATA_HOME, 'policypatch')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'policypatch')
  if (platform === 'win32') return join(LOCALAPPDATA || join(home, 'AppData', 'Local'), 'policypatch', 'Data')
  return join(home, '.local', 'share', 'policypatch')
}

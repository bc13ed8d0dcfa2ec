import { join } from 'node:path'
import { expect, test } from 'vitest'
import { defaultDataFolder } from './node.ts'

const linux = (environment: NodeJS.ProcessEnv) => defaultDataFolder(environment, 'linux', '/home/u')

test('the environment goes before the platform', () => {
  expect(linux({ POLICYPATCH_DATA: '/d', XDG_DATA_HOME: '/x' })).toBe('/d')
  expect(linux({ XDG_DATA_HOME: '/x' })).toBe(join('/x', 'policypatch'))
  expect(linux({ XDG_DATA_HOME: 'relative' })).toBe(join('/home/u', '.local', 'share', 'policypatch'))
})

test('macOS and Windows have places of their own', () => {
  expect(defaultDataFolder({}, 'darwin', '/Users/u')).toBe(
    join('/Users/u', 'Library', 'Application Support', 'policypatch'),
  )
  expect(defaultDataFolder({ LOCALAPPDATA: '/l' }, 'win32', '/u')).toBe(join('/l', 'policypatch', 'Data'))
})

import { readdirSync, readFileSync } from 'node:fs'
import { validate } from 'dockerfile-utils'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { environmentSettings } from '../src/index.ts'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const dockerfile = read('../deploy/Dockerfile')
const compose = parse(read('../deploy/compose.yaml'))
/** The stage that becomes the image. */
const image = dockerfile.slice(dockerfile.lastIndexOf('\nFROM ') + 1)
/** Its instructions, each on a line. */
const instructions = image
  .replace(/\\\n\s*/g, ' ')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
const of = (name: string) => instructions.filter((line) => line.startsWith(`${name} `))

it('has a Dockerfile without a fault, of an image that is not root, with a health check', () => {
  expect(validate(dockerfile)).toEqual([])
  expect(of('USER')).toEqual(['USER node'])
  const after = instructions.slice(instructions.indexOf('USER node'))
  expect(after.filter((line) => /^(RUN|COPY|ADD) /.test(line))).toEqual([])
  expect(of('HEALTHCHECK')[0]).toContain("fetch('http://127.0.0.1:8000/healthz')")
  expect(of('ENTRYPOINT')).toEqual(['ENTRYPOINT ["policypatch", "serve"]'])
  expect(of('STOPSIGNAL')).toEqual(['STOPSIGNAL SIGTERM'])
})

it('sets what the server knows', () => {
  const variables = [
    ...of('ENV')
      .join(' ')
      .matchAll(/(POLICYPATCH_SERVE_\w+)=(\S+)/g),
  ]
  const settings = environmentSettings(Object.fromEntries(variables.map(([, name, value]) => [name, value])))
  expect(settings).toEqual({ host: '0.0.0.0', state: '/data/serve.json' })
})

it('packs every package that is published', () => {
  const packed = [...dockerfile.matchAll(/--workspace=packages\/(\S+)/g)].map(([, name]) => name)
  const published = readdirSync(new URL('../..', import.meta.url)).filter(
    (name) => JSON.parse(read(`../../${name}/package.json`)).private !== true,
  )
  expect(packed.sort()).toEqual(published.sort())
})

it('has a compose file that takes rights away', () => {
  const { policypatch } = compose.services
  expect(policypatch).toMatchObject({
    ...{ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] },
    build: { context: '../../..', dockerfile: 'packages/serve/deploy/Dockerfile' },
    volumes: ['data:/data'],
  })
  expect(policypatch.privileged).toBeUndefined()
  expect(policypatch.user).toBeUndefined()
  expect(policypatch.ports).toEqual(['127.0.0.1:8000:8000'])
  // Begun answers have a minute to end.
  expect(Number.parseInt(policypatch.stop_grace_period, 10)).toBeGreaterThan(60)
  expect(compose.secrets.keys.file).toBe('./keys.json')
})

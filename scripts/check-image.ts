/**
 * Builds the server's image and starts it as its compose file would, or reports that there is no Docker daemon.
 *
 *   npm run check:image
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const { status } = spawnSync('docker', ['info'], { stdio: 'ignore' })
if (status === 0) {
  const docker = (...args: string[]) =>
    execFileSync('docker', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  docker('build', '--quiet', '--file', 'packages/serve/deploy/Dockerfile', '--tag', 'policypatch:check', '.')
  const { User, Healthcheck } = JSON.parse(
    docker('image', 'inspect', '--format', '{{json .Config}}', 'policypatch:check'),
  )
  if (User !== 'node' || !Healthcheck)
    throw new Error(`Expected the user node and a health check; found ${User}`)
  const help = docker(
    'run',
    '--rm',
    '--read-only',
    '--tmpfs',
    '/tmp',
    '--cap-drop',
    'ALL',
    'policypatch:check',
    '--help',
  )
  if (!help.includes('--keys')) throw new Error(`Expected the help of serve; found ${help.slice(0, 200)}`)
  console.log('The image was built, and starts without rights.')
} else console.log('There is no Docker daemon here: the image was not built. A test reads its files.')

import { createHash } from 'node:crypto'
import { type LoopbackServer, loopbackServer } from './loopback-server.ts'

export interface PatchHub extends LoopbackServer {
  /** Files of each repository by the names of its commits, branches among them. */
  readonly repositories: Map<string, Map<string, Map<string, Buffer>>>
}

/** A stand-in for the Hub: making repositories, committing with large-file storage, listing and reading. */
export async function patchHub(token: string): Promise<PatchHub> {
  const repositories: PatchHub['repositories'] = new Map()
  const stored = new Map<string, Buffer>()
  const server = await loopbackServer(({ method, path, headers, body }, response) => {
    const json = () => JSON.parse(body.toString())
    const [route = ''] = path.split('?')
    if (method !== 'GET' && method !== 'HEAD' && headers.authorization !== `Bearer ${token}`) {
      return response.writeHead(401).end()
    }
    if (route === '/api/repos/create') {
      const { organization, name } = json()
      repositories.set(`${organization}/${name}`, new Map([['main', new Map()]]))
      return { url: `http://${headers.host}/${organization}/${name}`, id: `${organization}/${name}` }
    }
    if (method === 'PUT') {
      const oid = route.slice('/storage/'.length)
      if (createHash('sha256').update(body).digest('hex') === oid) stored.set(oid, body)
      return ''
    }
    const [, repo = '', action = '', rest = ''] =
      /^(?:\/api\/models)?\/([^/]+\/[^/]+?)(?:\.git)?\/(tree|preupload|commit|revision|resolve|info)\/(.*)$/.exec(
        route,
      ) ?? []
    const branches = repositories.get(repo)
    if (!branches) return response.writeHead(404, { 'x-error-code': 'RepoNotFound' }).end()
    switch (action) {
      case 'tree':
        return [...(branches.get(rest)?.keys() ?? [])].map((name) => ({
          type: 'file',
          path: name,
          size: 1,
          oid: '',
        }))
      case 'preupload':
        return {
          files: json().files.map(({ path: name }: { path: string }) => ({
            path: name,
            uploadMode: name.endsWith('.safetensors') ? 'lfs' : 'regular',
          })),
        }
      case 'info':
        return {
          objects: json().objects.map(({ oid, size }: { oid: string; size: number }) => ({
            ...{ oid, size },
            actions: {
              upload: { href: `http://${headers.host}/storage/${oid}`, header: headers.authorization && {} },
            },
          })),
        }
      case 'commit': {
        const files = new Map(branches.get(rest))
        for (const line of body.toString().split('\n')) {
          const { key, value } = JSON.parse(line)
          if (key === 'file') files.set(value.path, Buffer.from(value.content, value.encoding))
          if (key === 'lfsFile') files.set(value.path, stored.get(value.oid) ?? Buffer.alloc(0))
          if (key === 'deletedFile') files.delete(value.path)
        }
        const oid = createHash('sha1').update(body).digest('hex')
        branches.set(oid, files).set(rest, files)
        return { commitOid: oid, commitUrl: `http://${headers.host}/${repo}/commit/${oid}` }
      }
      case 'revision': {
        const files = branches.get(rest)
        const sha = [...branches].find(([name, held]) => held === files && /^[0-9a-f]{40}$/.test(name))?.[0]
        return files && { id: repo, sha }
      }
      default: {
        const [commit = '', ...names] = rest.split('/')
        return branches.get(commit)?.get(names.join('/'))
      }
    }
  })
  return { ...server, repositories }
}

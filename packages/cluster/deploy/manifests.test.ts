import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Deployment } from 'kubernetes-models/apps/v1'
import { Job } from 'kubernetes-models/batch/v1'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import { ConfigMap, Namespace, PersistentVolumeClaim, Service } from 'kubernetes-models/v1'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'

const folder = new URL('.', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8')
const kustomization = parse(read('kustomization.yaml'))
const files: string[] = kustomization.resources
const documents = files.flatMap((file) =>
  parseAllDocuments(read(file)).map((document) => ({
    file,
    errors: document.errors,
    manifest: document.toJS(),
  })),
)
const kinds = { ConfigMap, Deployment, Job, Namespace, NetworkPolicy, PersistentVolumeClaim, Service }
const manifest = (kind: string, name: string) =>
  documents.find(({ manifest }) => manifest.kind === kind && manifest.metadata.name === name)?.manifest
const pods = [
  manifest('Deployment', 'redis'),
  manifest('Job', 'policypatch-workers'),
  manifest('Job', 'policypatch-train'),
].map(({ metadata, spec }) => ({ name: metadata.name, pod: spec.template.spec }))

it('names all files, and no others', () => {
  const there = readdirSync(folder).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml')
  expect([...files].sort()).toEqual(there.sort())
})

it.each(documents)('has a $manifest.kind in $file that Kubernetes takes', ({ errors, manifest }) => {
  expect(errors).toEqual([])
  const Kind = kinds[manifest.kind as keyof typeof kinds]
  expect(manifest.apiVersion).toBe(Kind.apiVersion)
  new Kind(manifest).validate()
})

// Validation takes fields that nobody knows, such as misspelt ones; the compiler does not, where an object is written down.
it('has no field that Kubernetes does not know', () => {
  expect(unknownFields(documents.map(({ manifest }) => manifest))).toEqual([])
  const misspelt = structuredClone(manifest('Job', 'policypatch-workers'))
  misspelt.spec.template.spec.containers[0].comand = []
  expect(unknownFields([misspelt])).toEqual([expect.stringContaining('comand')])
})

describe.each(pods)('the pod of $name', ({ pod }) => {
  const [container] = pod.containers

  it('has no rights', () => {
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    })
    expect(pod.securityContext.runAsUser).toBeGreaterThan(0)
    expect(container.securityContext).toEqual({
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
      capabilities: { drop: ['ALL'] },
    })
  })

  it('has bounds, and volumes for what it writes', () => {
    expect(container.resources).toMatchObject({
      requests: { cpu: expect.any(String), memory: expect.any(String) },
      limits: { memory: expect.any(String) },
    })
    const mounted = container.volumeMounts.map(({ name }: { name: string }) => name)
    expect(mounted.sort()).toEqual(pod.volumes.map(({ name }: { name: string }) => name).sort())
  })

  it('takes what is secret from the secret', () => {
    const secrets = container.env.filter(({ name }: { name: string }) => /PASSWORD|KEY/.test(name))
    expect(secrets.length).toBeGreaterThan(0)
    for (const { name, valueFrom } of secrets) {
      expect(valueFrom.secretKeyRef).toEqual({ name: 'policypatch', key: name })
    }
  })

  it('names only variables that it has', () => {
    const config = container.envFrom ? Object.keys(manifest('ConfigMap', 'policypatch').data) : []
    const known = [...config, ...container.env.map(({ name }: { name: string }) => name)]
    const named = [...JSON.stringify(container).matchAll(/\$\((\w+)\)/g)].map(([, name]) => name)
    expect(known).toEqual(expect.arrayContaining(named))
  })
})

it('keeps what is in the queue', () => {
  const { args } = manifest('Deployment', 'redis').spec.template.spec.containers[0]
  const option = (name: string) => args[args.indexOf(`--${name}`) + 1]
  expect(option('appendonly')).toBe('yes')
  expect(option('maxmemory-policy')).toBe('noeviction')
  expect(manifest('Service', 'redis').spec.selector).toEqual(
    manifest('Deployment', 'redis').spec.template.metadata.labels,
  )
  expect(manifest('Deployment', 'redis').spec.strategy).toEqual({ type: 'Recreate' })
})

it('runs workers as a work queue, and lets both kinds of pods reach Redis', () => {
  const { spec } = manifest('Job', 'policypatch-workers')
  expect(spec.completions).toBeUndefined()
  expect(spec.parallelism).toBeGreaterThan(1)
  const [{ from }] = manifest('NetworkPolicy', 'redis').spec.ingress
  const allowed = from[0].podSelector.matchExpressions[0].values
  const labels = ['policypatch-workers', 'policypatch-train'].map(
    (name) => manifest('Job', name).spec.template.metadata.labels['app.kubernetes.io/name'],
  )
  expect(allowed).toEqual(labels)
})

/** What the compiler says of manifests as literals of their types. */
function unknownFields(
  manifests: readonly { readonly kind: string; readonly apiVersion: string }[],
): string[] {
  const name = fileURLToPath(new URL('literals.ts', folder))
  const source = manifests
    .map((manifest, i) => {
      const type = `import('kubernetes-models/${manifest.apiVersion}').I${manifest.kind}`
      return `export const manifest${i}: ${type} = ${JSON.stringify(manifest)}`
    })
    .join('\n')
  const options: ts.CompilerOptions = {
    ...{ noEmit: true, skipLibCheck: true, strict: true, types: [] },
    ...{ module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  }
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists } = host
  host.fileExists = (path) => path === name || fileExists(path)
  host.getSourceFile = (path, ...rest) =>
    path === name
      ? ts.createSourceFile(path, source, ts.ScriptTarget.ES2022)
      : getSourceFile.call(host, path, ...rest)
  const program = ts.createProgram([name], options, host)
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Application, Comment, type ProjectReflection, ReflectionKind, type TypeDocOptions } from 'typedoc'
import type { PluginOptions } from 'typedoc-plugin-markdown'

const root = fileURLToPath(new URL('../../', import.meta.url))

const reading: Partial<TypeDocOptions> = {
  tsconfig: `${root}tsconfig.json`,
  readme: 'none',
  disableSources: true,
  excludeInternal: true,
  excludePrivate: true,
  // `npm run typecheck` reports compiler errors.
  skipErrorChecking: true,
  validation: { notExported: false, invalidLink: true, notDocumented: false },
  logLevel: 'Error',
}

const writing: Partial<PluginOptions> = {
  hideBreadcrumbs: true,
  hidePageHeader: true,
  useCodeBlocks: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  propertyMembersFormat: 'table',
  typeDeclarationFormat: 'table',
  formatWithPrettier: false,
}

/** A package's main entry point, and the others. */
const doorsOf = (name: string): string[] => {
  const source = `${root}packages/${name}/src/`
  return [`${source}index.ts`, ...readdirSync(`${source}doors`).map((file) => `${source}doors/${file}`)]
}

/** Writes the reference for the exports of `policypatch`. Returns the number of pages. */
export async function writeApiReference(docs: string): Promise<number> {
  const core = await convert({ ...reading, entryPoints: doorsOf('core') })
  const { application, project } = await convert({
    ...reading,
    name: 'API',
    entryPoints: doorsOf('policypatch'),
    plugin: ['typedoc-plugin-markdown', 'typedoc-vitepress-theme'],
    ...({ ...writing, docsRoot: docs, out: `${docs}reference/api` } as object),
  })
  takeOverComments(project, commentsOf(core.project))
  await application.generateOutputs(project)
  if (application.logger.hasErrors()) throw new Error('TypeDoc found errors')
  const sidebar = await readFile(`${docs}reference/api/typedoc-sidebar.json`, 'utf8')
  return sidebar.match(/"link"/g)?.length ?? 0
}

async function convert(options: Partial<TypeDocOptions>) {
  const application = await Application.bootstrapWithPlugins(options)
  const project = await application.convert()
  if (project === undefined) throw new Error('TypeDoc could not read the sources')
  return { application, project }
}

const signaturesOf = (project: ProjectReflection) =>
  project
    .getReflectionsByKind(ReflectionKind.CallSignature)
    .filter((one) => one.parent?.parent?.kindOf(ReflectionKind.Module))

const commentsOf = (project: ProjectReflection): Map<string, Comment> =>
  new Map(signaturesOf(project).flatMap(({ name, comment }) => (comment ? [[name, comment]] : [])))

/**
 * A comment that refers to `core's X` is replaced by X's comment, without links, which would lead to pages of another reference.
 */
function takeOverComments(project: ProjectReflection, comments: ReadonlyMap<string, Comment>): void {
  for (const signature of signaturesOf(project)) {
    const own = Comment.combineDisplayParts(signature.comment?.summary)
    const [, name] = own.match(/core's `(\w+)`/) ?? []
    if (name === undefined) continue
    const found = comments.get(name)?.clone()
    if (found === undefined)
      throw new Error(`${signature.name} refers to ${name}, which core does not export`)
    for (const parts of [found.summary, ...found.blockTags.map(({ content }) => content)]) {
      parts.splice(
        0,
        parts.length,
        ...parts.map((part) =>
          part.kind === 'inline-tag' ? { kind: 'code' as const, text: `\`${part.text}\`` } : part,
        ),
      )
    }
    signature.comment = found
  }
}

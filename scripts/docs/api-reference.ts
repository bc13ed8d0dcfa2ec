import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Application } from 'typedoc'
import type { PluginOptions } from 'typedoc-plugin-markdown'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Writes the reference of what `policypatch` exports, and how many pages it has. */
export async function writeApiReference(docs: string): Promise<number> {
  const options: Partial<PluginOptions> = {
    hideBreadcrumbs: true,
    hidePageHeader: true,
    useCodeBlocks: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    propertyMembersFormat: 'table',
    typeDeclarationFormat: 'table',
    formatWithPrettier: false,
  }
  const application = await Application.bootstrapWithPlugins({
    name: 'API',
    entryPoints: [`${root}packages/policypatch/src/index.ts`],
    tsconfig: `${root}tsconfig.json`,
    plugin: ['typedoc-plugin-markdown', 'typedoc-vitepress-theme'],
    readme: 'none',
    disableSources: true,
    excludeInternal: true,
    excludePrivate: true,
    // The compiler has its say in `npm run typecheck`.
    skipErrorChecking: true,
    validation: { notExported: false, invalidLink: true, notDocumented: false },
    logLevel: 'Error',
    ...({ ...options, docsRoot: docs, out: `${docs}reference/api` } as object),
  })
  const project = await application.convert()
  if (project === undefined) throw new Error('TypeDoc could not read the sources')
  await application.generateOutputs(project)
  if (application.logger.hasErrors()) throw new Error('TypeDoc found errors')
  const sidebar = await readFile(`${docs}reference/api/typedoc-sidebar.json`, 'utf8')
  return sidebar.match(/"link"/g)?.length ?? 0
}

/**
 * Reports the public API of `policypatch`, one file per entry point. The reports are committed (packages/policypatch/api), so
 * that changes show up in diffs. Reads the output of `npm run build`.
 *
 *   npm run api          writes the reports
 *   npm run api -- --check   fails if one is out of date
 */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
const folder = fileURLToPath(new URL('../packages/policypatch/', import.meta.url))
const silent = { default: { logLevel: ExtractorLogLevel.None } }

const doors = readdirSync(`${folder}src/doors`).map((name) => name.replace(/\.ts$/, ''))
const entries = [['policypatch', 'index'], ...doors.map((door) => [door, `doors/${door}`])] as const
const stale = entries.filter(([name, path]) => !report(name as string, `${folder}dist/${path}.d.ts`))
if (stale.length > 0) {
  const names = stale.map(([name]) => `${name}.api.md`).join(', ')
  throw new Error(
    `Expected packages/policypatch/api to be the surface of the code; found other contents for ${names}. Run npm run api and commit it.`,
  )
}
console.log(`The public surface is as recorded: ${entries.length} doors.`)

/** Whether the report matches the declarations. Unless only checking, updates it. */
function report(name: string, declarations: string): boolean {
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: declarations,
      newlineKind: 'lf',
      bundledPackages: ['@policypatch/*'],
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'es2022',
            module: 'nodenext',
            moduleResolution: 'nodenext',
            skipLibCheck: true,
            types: ['node'],
          },
          files: [declarations],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: `${folder}api`,
        reportTempFolder: `${folder}dist/api`,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: silent,
        extractorMessageReporting: silent,
        tsdocMessageReporting: silent,
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: `${folder}package.json`,
  })
  const { succeeded, apiReportChanged } = Extractor.invoke(config, {
    localBuild: !values.check,
    messageCallback: (message) => {
      message.handled = true
    },
  })
  return values.check ? succeeded && !apiReportChanged : true
}

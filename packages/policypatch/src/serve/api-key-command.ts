import { Command } from 'commander'
import { inContext } from '../cli/command-context.ts'
import { addExamples } from '../cli/help.ts'
import { openServer } from './open-server.ts'

interface ApiKeyOptions {
  readonly keys: string
  readonly admin?: boolean
}

/** `api-key`: creates an API key for a server. */
export function apiKeyCommand(): Command {
  const command = new Command('api-key')
    .description('make an API key for serve; the file gets its hash, and the key is printed once')
    .argument('<name>', 'whose key it is, for logs and limits')
    .option('--keys <file>', 'the file of keys', 'keys.json')
    .option('--admin', 'let it install patches and change what is served')
    .action(
      inContext(async (context, { keys, admin = false }: ApiKeyOptions, [name = '']) => {
        const { addKey } = await openServer()
        const key = await addKey(keys, name, { admin })
        context.print(key, { name, key, admin, file: keys })
      }),
    )
  return addExamples(
    command,
    ['A key for an application', 'policypatch api-key chat-app'],
    ['One for who changes patches', 'policypatch api-key operations --admin'],
  )
}

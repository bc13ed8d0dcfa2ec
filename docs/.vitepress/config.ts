import { existsSync, readFileSync } from 'node:fs'
import { type DefaultTheme, defineConfig } from 'vitepress'
import { indentedCode } from './indented-code.ts'
import { inlineDrawings } from './inline-drawings.ts'
import { repositoryLinks } from './repository-links.ts'

/** What `npm run docs` made before: generated pages are not in the repository. */
function generated(path: string): Part['items'] {
  const file = new URL(`../${path}`, import.meta.url)
  if (!existsSync(file)) throw new Error(`docs/${path} is not there: run \`npm run docs:generate\` first`)
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** A patch, and what it stands before. */
const icon =
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><rect y='4' width='5' height='8' rx='1' fill='%231b5e9e'/><rect x='6' y='4' width='10' height='8' rx='1' fill='%23c9a55c'/></svg>"

const page = (text: string, link: string) => ({ text, link })

interface Part {
  readonly text: string
  readonly items: ReturnType<typeof page>[]
}

const tutorials: Part = {
  text: 'Tutorials',
  items: [
    page('Patch your first model', '/tutorials/first-patch'),
    page('Patch in the browser', '/tutorials/in-the-browser'),
    page('Your own policy', '/tutorials/own-policy'),
    page('Your own domain', '/tutorials/own-domain'),
    page('Publish a patch', '/tutorials/publish'),
    page('From fault to rollback', '/walkthrough'),
  ],
}

const guides: Part = {
  text: 'Guides',
  items: [
    page('Load a model', '/models'),
    page('Choose a device', '/backends'),
    page('Selectivity: refuse nothing else', '/selectivity'),
    page('Choose judges', '/judges'),
    page('Create a project', '/projects'),
    page('Work with domains', '/domains'),
    page('Combine and export patches', '/composition'),
    page('Install and upgrade patches', '/installing'),
    page('Serve models', '/serving'),
    page('Run on many machines', '/scaling'),
    page('Run in the browser', '/browser'),
    page('Many requests at once', '/engine'),
    page('Use the AI SDK', '/ai-sdk'),
    page('Use transformers.js', '/transformers-js'),
    page('Measure ability', '/ability'),
    page('Write a report', '/report'),
    page('Test, scan and audit', '/auditing'),
    page('Publish in a repository', '/repositories'),
  ],
}

const concepts: Part = {
  text: 'Concepts',
  items: [
    page('Prefix and cache', '/concepts/prefix-and-cache'),
    page('Two streams', '/concepts/two-streams'),
    page('Packing', '/concepts/packing'),
    page('Composition', '/concepts/composition'),
    page('How it works, in full', '/how-it-works'),
  ],
}

const reference: Part = {
  text: 'Reference',
  items: [
    page('Command line', '/reference/commands/'),
    page('API', '/reference/api/'),
    page('Data formats', '/data-formats'),
    page('Patch format', '/patch-format'),
    page('Security', '/security'),
    page('Errors', '/errors'),
  ],
}

const results: Part = {
  text: 'Results',
  items: [
    page('A safety patch with a gate', '/results/'),
    ...generated('results/sidebar.json'),
    page('Performance', '/performance'),
  ],
}

/** A part's list, beside each of its pages and the pages below them. */
const beside = (part: Part): DefaultTheme.SidebarMulti =>
  Object.fromEntries(part.items.map(({ link }) => [link, [part]]))

/**
 * The list beside a page is of its part of the site: a list of all pages takes a phone half a second to make interactive. The
 * pages of commands and of the API are listed by their first pages alone.
 */
const sidebar: DefaultTheme.SidebarMulti = {
  ...beside(tutorials),
  ...beside(concepts),
  ...beside(reference),
  ...beside(results),
  '/errors/': [{ ...page('Errors', '/errors'), items: generated('errors/sidebar.json') }],
  '/': [guides],
}

export default defineConfig({
  title: 'policypatch',
  description: 'Patch a language model with a learned prefix of a few hundred kilobytes',
  lang: 'en',
  cleanUrls: true,
  // Turning transitions off while the colours change computes the page's styles twice, also when it loads.
  appearance: { disableTransition: false },
  // Or the list of all pages would be in each of them.
  metaChunk: true,
  // Set it where the site does not lie at the root of its host.
  base: (process.env.DOCS_BASE ?? '/') as `/${string}/`,
  head: [['link', { rel: 'icon', href: icon }]],
  ignoreDeadLinks: false,
  markdown: {
    // Braces are text here.
    attrs: { disable: true },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config(md) {
      md.use(repositoryLinks).use(inlineDrawings).use(indentedCode)
    },
  },
  themeConfig: {
    search: {
      provider: 'local',
      options: {
        // Copies of files are not searched.
        _render: (text, env, md) => (env.relativePath.startsWith('source/') ? '' : md.render(text, env)),
      },
    },
    outline: [2, 3],
    nav: [
      page('Tutorials', '/tutorials/first-patch'),
      page('Guides', '/models'),
      page('Concepts', '/concepts/prefix-and-cache'),
      reference,
      page('Results', '/results/'),
    ],
    sidebar,
  },
})

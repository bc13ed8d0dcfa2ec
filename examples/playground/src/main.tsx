import { render } from 'preact'
import { App } from './components/app.tsx'
import { readFragment } from './share-link.ts'
import { visit } from './state/visit.ts'
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import './styles/page.css'
import './styles/answers.css'
import './styles/patches.css'
import './styles/training.css'

render(<App />, document.getElementById('page') as HTMLElement)

// The first sight of the page is an answer and its patched one: opening the small model takes a moment.
void visit.begin()
// A link that is pasted into the address of this page loads nothing.
addEventListener('hashchange', () => {
  if (readFragment(location.hash)) void visit.begin()
})

import { ThemeToggle } from './theme-toggle.tsx'

export function Header() {
  return (
    <header class="top">
      <p class="wordmark">
        <span class="mark" aria-hidden="true" />
        policypatch <span class="quiet">playground</span>
      </p>
      <nav aria-label="policypatch">
        <a href={__DOCS_ADDRESS__}>Docs</a>
        <a href={__REPOSITORY_ADDRESS__}>Source</a>
      </nav>
      <ThemeToggle />
    </header>
  )
}

import { ThemeToggle } from './theme-toggle.tsx'

export function Header() {
  return (
    <header class="top">
      <p class="wordmark">
        <span class="mark" aria-hidden="true" />
        policypatch <span class="quiet">playground</span>
      </p>
      <ThemeToggle />
    </header>
  )
}

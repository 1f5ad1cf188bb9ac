import { Component, type ReactNode } from 'react'
import { textsOf } from '../i18n.ts'
import { Button, Empty } from './controls.tsx'

const t = textsOf('ui')

interface State {
  readonly problem: string | null
}

/** A screen that fails says so in its own place; the others, and the strip that shows what is recorded, go on. */
export class ScreenBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { problem: null }

  static getDerivedStateFromError(error: unknown): State {
    return { problem: error instanceof Error ? error.message : String(error) }
  }

  override render(): ReactNode {
    if (this.state.problem === null) return this.props.children
    return (
      <Empty title={t('screenFailed')}>
        <p className="select-text">{this.state.problem}</p>
        <Button onClick={() => this.setState({ problem: null })}>{t('again')}</Button>
      </Empty>
    )
  }
}

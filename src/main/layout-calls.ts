/** The contract's calls about the desk's layouts. */
import { CallError, type Handlers } from './handlers.ts'
import { LayoutError, type LayoutFile } from './layouts.ts'

export interface LayoutCallParts {
  readonly layouts: LayoutFile
  /** A layout was saved or removed: other windows list it. */
  layoutsChanged(): void
}

type LayoutCall = Extract<keyof Handlers, `layouts.${string}`>

export function createLayoutHandlers({ layouts, layoutsChanged }: LayoutCallParts): Pick<Handlers, LayoutCall> {
  const change = (run: () => void): null => {
    try {
      run()
    } catch (error) {
      if (!(error instanceof LayoutError)) throw error
      throw new CallError(error.reason === 'notWritten' ? 'unavailable' : 'badRequest', error.message)
    }
    return null
  }
  return {
    'layouts.list': () => layouts.list(),
    'layouts.save': ({ layout, replaces }) => {
      change(() => layouts.save(layout, replaces))
      layoutsChanged()
      return null
    },
    'layouts.remove': ({ name }) => {
      change(() => layouts.remove(name))
      layoutsChanged()
      return null
    },
    'layouts.keep': ({ standing }) => change(() => layouts.keep(standing)),
  }
}

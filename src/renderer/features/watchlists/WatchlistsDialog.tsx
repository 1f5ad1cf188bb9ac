import { useState } from 'react'
import { useStore } from 'zustand'
import type { Watchlists } from '../../../shared/settings.ts'
import { textsOf } from '../../i18n.ts'
import { listChange, symbolsOf } from '../../stores/watchlists.ts'
import { classes } from '../../ui/classes.ts'
import { Button, Empty, TextField } from '../../ui/controls.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useWatchlist } from '../../ui/useWatchlist.ts'
import { ImportForm } from './ImportForm.tsx'
import { useListChange } from './useListChange.ts'
import { WatchlistEditor } from './WatchlistEditor.tsx'

const t = textsOf('watchlists')

const noLists: Watchlists = {}

/** All watchlists: made, changed, imported and exported here. */
export function WatchlistsDialog() {
  const { settings, shell } = useStores()
  const lists = useStore(settings, (state) => state.settings?.watchlists ?? noLists)
  const { names, name: shown } = useWatchlist()
  const [wanted, setWanted] = useState(shown)
  const [isImporting, setImporting] = useState(false)
  const selected = wanted !== null && names.includes(wanted) ? wanted : (names[0] ?? null)
  const close = () => shell.getState().show(null)
  const select = (name: string) => {
    setWanted(name)
    setImporting(false)
  }
  return (
    <Dialog label={t('title')} className="w-[54rem]" isKeptOnBackdrop={isImporting} onClose={close} testId="watchlists">
      <header className="flex items-center justify-between border-b border-line px-4 py-2">
        <h2 className="text-base font-semibold text-strong">{t('title')}</h2>
        <Button kind="quiet" onClick={close}>
          {t('close')}
        </Button>
      </header>
      <div className="flex h-[28rem]">
        <nav aria-label={t('title')} className="flex w-56 shrink-0 flex-col border-r border-line">
          <ul className="min-h-0 flex-1 overflow-y-auto p-2">
            {names.map((name) => (
              <li key={name}>
                <button
                  type="button"
                  aria-current={name === selected && !isImporting}
                  className={classes(
                    'flex h-7 w-full items-center justify-between gap-2 rounded px-2 text-left hover:bg-hover',
                    name === selected && !isImporting && 'bg-selected text-strong',
                  )}
                  onClick={() => select(name)}
                >
                  <span className="truncate">{name}</span>
                  <span className="text-2xs text-muted">{symbolsOf(lists, name).length}</span>
                </button>
              </li>
            ))}
            {names.length === 0 && <li className="px-2 py-1 text-muted">{t('none')}</li>}
          </ul>
          <NewList names={names} onMade={select} />
          <div className="border-t border-line p-2">
            <Button className="w-full justify-center" onClick={() => setImporting(true)}>
              {t('import.open')}
            </Button>
          </div>
        </nav>
        <div className="min-w-0 flex-1 overflow-y-auto p-4">
          {isImporting ? (
            <ImportForm lists={lists} into={selected} onDone={select} onCancel={() => setImporting(false)} />
          ) : selected === null ? (
            <Empty title={t('empty.title')}>
              <p>{t('empty.why')}</p>
            </Empty>
          ) : (
            <WatchlistEditor
              key={selected}
              lists={lists}
              name={selected}
              onRenamed={setWanted}
              onDeleted={() => setWanted(null)}
            />
          )}
        </div>
      </div>
    </Dialog>
  )
}

function NewList({ names, onMade }: { readonly names: readonly string[]; onMade(name: string): void }) {
  const [text, setText] = useState('')
  const { change, problem, setProblem } = useListChange()
  const make = async () => {
    const name = text.trim()
    if (name === '') return
    if (names.includes(name)) return setProblem(t('exists', { name }))
    if (!(await change(() => listChange(name, [])))) return
    setText('')
    onMade(name)
  }
  return (
    <form
      className="flex flex-col gap-1 border-t border-line p-2"
      onSubmit={(event) => {
        event.preventDefault()
        void make()
      }}
    >
      <div className="flex gap-1">
        <TextField
          aria-label={t('new.label')}
          placeholder={t('new.placeholder')}
          className="min-w-0 flex-1"
          maxLength={40}
          value={text}
          data-autofocus={names.length === 0 || undefined}
          data-testid="new-watchlist"
          onChange={({ target }) => setText(target.value)}
        />
        <Button type="submit" disabled={text.trim() === ''}>
          {t('new.create')}
        </Button>
      </div>
      {problem !== null && (
        <p role="alert" className="text-2xs text-down">
          {problem}
        </p>
      )}
    </form>
  )
}

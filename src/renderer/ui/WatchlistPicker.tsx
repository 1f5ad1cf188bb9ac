import { useStore } from 'zustand'
import { formatSymbol } from '../format/names.ts'
import { textsOf } from '../i18n.ts'
import { Button, Keys, Select } from './controls.tsx'
import { useScreenKeys } from './keys.ts'
import { useStores } from './StoresContext.tsx'
import type { Watchlist } from './useWatchlist.ts'

const t = textsOf('ui')

/** Chooses the watchlist that a screen shows: by `w` and `Shift w`, too. */
export function WatchlistPicker({ list }: { readonly list: Watchlist }) {
  const { shell } = useStores()
  useScreenKeys([
    ['w', () => list.step(1)],
    ['W', () => list.step(-1)],
  ])
  return (
    <span className="flex items-center gap-1">
      <Select
        label={t('watchlist.label')}
        className="max-w-44"
        data-testid="watchlist"
        value={list.name ?? ''}
        options={[{ value: '', text: t('watchlist.all') }, ...list.names.map((name) => ({ value: name, text: name }))]}
        onChange={(name) => list.choose(name === '' ? null : name)}
      />
      <Keys>w</Keys>
      <Button kind="quiet" className="px-1.5!" onClick={() => shell.getState().show('watchlists')}>
        {t('watchlist.edit')}
      </Button>
    </span>
  )
}

/** Says which symbols of the shown list are not subscribed, and offers to add them. Nothing where all are. */
export function UnwatchedNotice({ symbols }: { readonly symbols: readonly string[] }) {
  const { settings, shell } = useStores()
  const holder = useStore(settings, ({ overridden }) => overridden.symbols)
  if (symbols.length === 0) return null
  const watch = () => {
    const subscribed = settings.getState().settings?.symbols ?? []
    void settings
      .getState()
      .update([{ path: ['symbols'], value: [...new Set([...subscribed, ...symbols])] }])
      .then(shell.getState().tell)
  }
  const [first, second, third, ...others] = symbols.map(formatSymbol)
  const named = [first, second, third].filter((symbol) => symbol !== undefined).join(', ')
  return (
    <div
      role="status"
      data-testid="unwatched"
      className="flex items-center gap-3 border-b border-line bg-warnwash px-3 py-1.5 text-text"
    >
      <p className="min-w-0 truncate" title={symbols.map(formatSymbol).join(', ')}>
        {others.length > 0
          ? t('unwatched.some', { named, more: others.length })
          : t('unwatched.all', { named, count: symbols.length })}
      </p>
      {holder === undefined ? (
        <Button className="h-6!" onClick={watch}>
          {t('unwatched.watch', { count: symbols.length })}
        </Button>
      ) : (
        <span className="text-muted">{t('unwatched.held', { holder })}</span>
      )}
    </div>
  )
}

import { Command } from 'cmdk'
import { textsOf } from '../../i18n.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { useWatchlist } from '../../ui/useWatchlist.ts'
import { itemClass } from './palette-classes.ts'

const t = textsOf('shell')

/** Shows a watchlist on the Markets screen, and leads to where lists are made and imported. */
export function WatchlistCommands() {
  const { shell } = useStores()
  const { names, name: shown, choose } = useWatchlist()
  const showList = (name: string | null) => {
    choose(name)
    shell.getState().go('markets')
  }
  return (
    <>
      {names.map((name) => (
        <Command.Item
          key={name}
          value={`show watchlist ${name}`}
          keywords={[t('watchlists.show', { name })]}
          className={itemClass}
          onSelect={() => showList(name)}
        >
          {t('watchlists.show', { name })}
        </Command.Item>
      ))}
      {shown !== null && (
        <Command.Item
          value="show watchlist all symbols"
          keywords={[t('watchlists.showAll')]}
          className={itemClass}
          onSelect={() => showList(null)}
        >
          {t('watchlists.showAll')}
        </Command.Item>
      )}
      <Command.Item
        value="watchlists import create rename delete"
        keywords={[t('watchlists.edit')]}
        className={itemClass}
        onSelect={() => shell.getState().show('watchlists')}
      >
        {t('watchlists.edit')}
      </Command.Item>
    </>
  )
}

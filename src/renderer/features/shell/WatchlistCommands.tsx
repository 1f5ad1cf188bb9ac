import { Command } from 'cmdk'
import { useStores } from '../../ui/StoresContext.tsx'
import { useWatchlist } from '../../ui/useWatchlist.ts'
import { itemClass } from './palette-classes.ts'

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
        <Command.Item key={name} value={`show watchlist ${name}`} className={itemClass} onSelect={() => showList(name)}>
          Show watchlist {name}
        </Command.Item>
      ))}
      {shown !== null && (
        <Command.Item value="show watchlist all symbols" className={itemClass} onSelect={() => showList(null)}>
          Show all symbols
        </Command.Item>
      )}
      <Command.Item
        value="watchlists import create rename delete"
        className={itemClass}
        onSelect={() => shell.getState().show('watchlists')}
      >
        Watchlists…
      </Command.Item>
    </>
  )
}

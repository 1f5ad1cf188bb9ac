import { Command } from 'cmdk'
import type { Look } from '../../../shared/look.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { useLook } from '../../ui/useLook.ts'
import { itemClass } from './palette-classes.ts'

/** Language, density, colours and zone: each command leads to the value that is not in force. */
export function LookCommands() {
  const { settings, shell } = useStores()
  const { density, colours, times, language } = useLook()
  const choose = (name: keyof Look, value: string) => {
    const { show, tell } = shell.getState()
    show(null)
    void settings
      .getState()
      .update([{ path: ['appearance', name], value }])
      .then(tell)
  }
  return (
    <>
      <Command.Item
        value="density compact comfortable rows"
        className={itemClass}
        onSelect={() => choose('density', density === 'compact' ? 'comfortable' : 'compact')}
      >
        {density === 'compact' ? 'Comfortable density' : 'Compact density'}
      </Command.Item>
      <Command.Item
        value="colours colour-blind blue orange green red up down"
        className={itemClass}
        onSelect={() => choose('colours', colours === 'standard' ? 'blue-orange' : 'standard')}
      >
        {colours === 'standard' ? 'Up and down in blue and orange' : 'Up and down in green and red'}
      </Command.Item>
      <Command.Item
        value="times zone clock utc local"
        className={itemClass}
        onSelect={() => choose('times', times === 'utc' ? 'local' : 'utc')}
      >
        {times === 'utc' ? 'Times in this machine’s zone' : 'Times in UTC'}
      </Command.Item>
      <Command.Item
        value="language english deutsch german sprache englisch"
        className={itemClass}
        onSelect={() => choose('language', language === 'de' ? 'en' : 'de')}
      >
        {language === 'de' ? 'English texts' : 'Deutsche Texte'}
      </Command.Item>
    </>
  )
}

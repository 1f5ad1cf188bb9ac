import { Command } from 'cmdk'
import type { Look } from '../../../shared/look.ts'
import { textsOf } from '../../i18n.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { useLook } from '../../ui/useLook.ts'
import { itemClass } from './palette-classes.ts'

const t = textsOf('shell')

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
  const texts = {
    density: t(density === 'compact' ? 'look.comfortable' : 'look.compact'),
    colours: t(colours === 'standard' ? 'look.blueOrange' : 'look.greenRed'),
    times: t(times === 'utc' ? 'look.local' : 'look.utc'),
  }
  return (
    <>
      <Command.Item
        value="density compact comfortable rows"
        keywords={[texts.density]}
        className={itemClass}
        onSelect={() => choose('density', density === 'compact' ? 'comfortable' : 'compact')}
      >
        {texts.density}
      </Command.Item>
      <Command.Item
        value="colours colour-blind blue orange green red up down"
        keywords={[texts.colours]}
        className={itemClass}
        onSelect={() => choose('colours', colours === 'standard' ? 'blue-orange' : 'standard')}
      >
        {texts.colours}
      </Command.Item>
      <Command.Item
        value="times zone clock utc local"
        keywords={[texts.times]}
        className={itemClass}
        onSelect={() => choose('times', times === 'utc' ? 'local' : 'utc')}
      >
        {texts.times}
      </Command.Item>
      <Command.Item
        value="language english deutsch german sprache englisch"
        className={itemClass}
        onSelect={() => choose('language', language === 'de' ? 'en' : 'de')}
      >
        {/* In the words of whoever looks for it. */}
        {language === 'de' ? 'English texts' : 'Deutsche Texte'}
      </Command.Item>
    </>
  )
}

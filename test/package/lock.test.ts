import { expect } from 'chai'
import { readFileSync } from 'node:fs'

interface Entry {
  readonly integrity?: string
  readonly resolved?: string
  readonly link?: boolean
  readonly dev?: boolean
  readonly optional?: boolean
  readonly peer?: boolean
  readonly hasInstallScript?: boolean
}

describe('package-lock.json', () => {
  const text = readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')
  const { packages } = JSON.parse(text) as { packages: Record<string, Entry> }
  const entries = Object.entries(packages).filter(([path, { link }]) => path !== '' && link !== true)

  it('says what every package must be, and nobody in particular to fetch it from', () => {
    expect(entries.length).to.be.above(300)
    for (const [path, { integrity, resolved }] of entries) {
      expect(integrity, path).to.match(/^sha512-[\w+/]{86}==$/)
      expect(resolved, path).to.equal(undefined)
    }
  })

  it('has no package that runs a script when somebody installs treecast', () => {
    const needed = entries.filter(
      ([, { dev, optional, peer }]) => dev !== true && optional !== true && peer !== true
    )
    const scripted = needed.filter(([, { hasInstallScript }]) => hasInstallScript === true)
    expect(needed.length).to.be.above(20)
    expect(scripted.map(([path]) => path)).to.deep.equal([])
  })
})

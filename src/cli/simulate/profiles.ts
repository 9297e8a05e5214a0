import { PROFILES, type Profile } from './places.data.ts';

/** The first sites of a simulation. Beyond the list they repeat under a domain with a number: `shop-2.example`. */
export function firstProfiles(count: number): Profile[] {
  return Array.from({ length: count }, (_, i) => {
    const profile = PROFILES[i % PROFILES.length] as Profile;
    const round = Math.floor(i / PROFILES.length) + 1;
    if (round === 1) return profile;
    return { ...profile, domain: profile.domain.replace('.', `-${round}.`), name: `${profile.name} ${round}` };
  });
}

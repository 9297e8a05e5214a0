/** Of `golden-rows.ts`. Never changed: logs that are out there were sealed so. */
export const GOLDEN = {
  hits: [
    { site_id: 7, digest: '719b1e8ba3018aa625b15ea7e2723c66e29f1894a1d1be1f48b0e29cefef67df' },
    { site_id: null, digest: 'a20621b61423e86a8fce17bb2d343388771545b178f3625fdd893ac482f9f11d' },
  ],
  events: [{ digest: 'f6c5175896a99326324bcf2921a2620ccebca84a868244f9439199305d14f971' }],
  blind: [
    {
      site: '6ec92ee7c43d9d2612539ce62c05d041e30f1775859f49e54c4be2113bf43494',
      private: 'db2cf30ceaccf76ed160b0cd9e531d3f6f0d08ead2f2905cbd3036b63b8b9143',
      segment: 'f4febdbe3b47d70a3d9790673751c10b318c79287f3c1a0a10b158a57fd461ae',
    },
  ],
};

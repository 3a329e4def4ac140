import type { LoadOptions } from "../configs/stack/load";
import { versionMistakes } from "../configs/versionMistakes";
import { versions } from "../configs/versions";
import { buildCatalog } from "./catalog";
import { listenerRuleCount } from "./listenerRules";

/** What only the catalog can say about a stack file; handed to the loader, which reports it with all the rest. */
export const stackChecks: LoadOptions = {
  listenerRules: listenerRuleCount,
  complete: (config) => {
    // Nothing moved from its pin: the catalog need not be built for it.
    if (Object.keys(config.images.versions).length === 0) return [];
    return versionMistakes(buildCatalog(config), config).map(({ image, what }) => ({
      key: `images.versions.${image}`,
      allowed: `a version that fits the configuration, such as the pinned ${versions[image].tag}`,
      mend: what,
    }));
  },
};

/**
 * Your deployment. Say here what differs from the defaults of `config.ts`, where every setting is
 * described; a wrong value is refused with its path. `-c config=<file>` reads another file of this shape.
 */
import type { Settings } from './config.ts';

const settings: Settings = {
  domain: 'storefront.example',
};

export default settings;

// Runs before the first paint: theme and Trusted Types, and then the app itself.
(() => {
  'use strict';

  const { base } = document.currentScript.dataset;

  try {
    const theme = localStorage.getItem('theme');
    if (theme === 'light' || theme === 'dark') {
      document.documentElement.dataset.theme = theme;
    }
  } catch {
    // Storage may be forbidden; then the system's theme it is.
  }

  // Signing in has a layout of its own, and so has the shell that is painted meanwhile.
  if (/^\/(sign-in|sign-up|forgot-password|reset-password|confirm-email|invitation)(\/|$)/.test(location.pathname)) {
    document.documentElement.dataset.layout = 'auth';
  } else if (location.pathname.startsWith('/manage/')) {
    document.documentElement.dataset.layout = 'manage';
  }

  // Leptos makes elements from templates it was compiled with. Whatever else wants to become HTML must at least be
  // inert: no script, no handler, no script URL. Scripts by text or by URL are not made here at all.
  const active = /<script|[\s"'/]on[a-z]+\s*=|javascript:/i;
  window.trustedTypes?.createPolicy('default', {
    createHTML: (html) => (active.test(html) ? null : html),
  });

  const parsed = new Promise((resolve) => {
    if (document.readyState === 'loading') {
      document.addEventListener('DOMContentLoaded', resolve, { once: true });
    } else {
      resolve();
    }
  });

  const failed = async (error) => {
    console.error(error);
    await parsed;
    const status = document.getElementById('shell-status');
    if (status) {
      status.textContent = 'Latchkey could not be loaded. Reload the page.';
      status.className = 'notice notice--danger';
    }
  };

  import(`${base}/app.js`)
    .then(async ({ default: init }) => {
      await parsed;
      await init({ module_or_path: `${base}/app_bg.wasm` });
    })
    .catch(failed);
})();

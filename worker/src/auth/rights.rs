//! Every right there is. What is not listed here, nobody may do.

use super::{Needs, Right};
use contract::{
    roles::Permission,
    scopes::{Access, Resource, Scope},
};

/// See one's own tokens.
pub struct ReadOwnTokens;
impl Right for ReadOwnTokens {
    const SESSION: Needs = Needs::SignedIn;
}

/// Make a token: in person, confirmed a short while ago.
pub struct CreateTokens;
impl Right for CreateTokens {
    const SESSION: Needs = Needs::SignedIn;
    const STEP_UP: bool = true;
}

/// End one's own tokens. No confirmation: ending must be easy.
pub struct RevokeTokens;
impl Right for RevokeTokens {
    const SESSION: Needs = Needs::SignedIn;
}

/// Change one's own profile.
pub struct UpdateOwnProfile;
impl Right for UpdateOwnProfile {
    const SESSION: Needs = Needs::SignedIn;
}

/// See the photos of the tenant's people.
pub struct ReadPhotos;
impl Right for ReadPhotos {
    const SESSION: Needs = Needs::SignedIn;
}

/// Change or remove one's own photo.
pub struct ChangeOwnPhoto;
impl Right for ChangeOwnPhoto {
    const SESSION: Needs = Needs::SignedIn;
}

/// See how things stand with one's own second factor, and confirm one that was begun.
pub struct ReadOwnSecondFactor;
impl Right for ReadOwnSecondFactor {
    const SESSION: Needs = Needs::SignedIn;
}

/// Set up or switch off one's own second factor, and replace its recovery codes.
pub struct ManageOwnSecondFactor;
impl Right for ManageOwnSecondFactor {
    const SESSION: Needs = Needs::SignedIn;
    const STEP_UP: bool = true;
}

/// See what one did and what was done to one's account.
pub struct ReadOwnEvents;
impl Right for ReadOwnEvents {
    const SESSION: Needs = Needs::SignedIn;
}

/// See the people of the tenant.
pub struct ReadUsers;
impl Right for ReadUsers {
    const SESSION: Needs = Needs::OneOf(&[Permission::ManageUsers, Permission::Administer]);
    const TOKEN: Option<Scope> = Some(Scope(Resource::Users, Access::Read));
}

/// See the roles of the tenant.
pub struct ReadRoles;
impl Right for ReadRoles {
    const SESSION: Needs = Needs::SignedIn;
    const TOKEN: Option<Scope> = Some(Scope(Resource::Roles, Access::Read));
}

/// See how much the API is called.
pub struct ReadUsage;
impl Right for ReadUsage {
    const SESSION: Needs = Needs::Scope(Scope(Resource::Usage, Access::Read));
    const TOKEN: Option<Scope> = Some(Scope(Resource::Usage, Access::Read));
}

/// See how many of what there is.
pub struct ReadStatistics;
impl Right for ReadStatistics {
    const SESSION: Needs = Needs::Scope(Scope(Resource::Statistics, Access::Read));
    const TOKEN: Option<Scope> = Some(Scope(Resource::Statistics, Access::Read));
}
